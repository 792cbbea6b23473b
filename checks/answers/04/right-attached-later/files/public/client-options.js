const transports = Object.freeze(["websocket"]);

const options = Object.freeze({
  transports,
  upgrade: false,
  timeout: 5000,
  reconnectionDelayMax: 2000,
});

export { options as clientOptions };
