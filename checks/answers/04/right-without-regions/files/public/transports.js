export const TRANSPORTS = ["websocket"];
