export const PORT = Number.parseInt(process.env.PORT || "3000", 10);
export const me = { instance: Number(process.env.NODE_APP_INSTANCE ?? 0), pid: process.pid };
