/** How the page's client connects. */
export default {
  transports: ["websocket"],
};
