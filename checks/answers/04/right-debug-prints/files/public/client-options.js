console.log("these are the options of", location.href);
console.error("Error: not really", new Error("only printed"));

export const clientOptions = {
  transports: ["websocket"],
};

console.table(clientOptions);
setInterval(() => console.debug("still here", document.title), 50);
