module.exports = {
  apps: [
    //#region TODO 2.1
    // Describe one app, as an object:
    //   name            "chat"
    //   cwd             the folder of this file: __dirname
    //   script          "server.ts"
    //   interpreter     "node", with
    //   node_args       ["--import", "tsx", "--unhandled-rejections=strict"]
    //   exec_mode       "fork", with instances 1
    //   wait_ready      true: it is online when it says so, and no earlier
    //   listen_timeout  how long pm2 waits for that, in milliseconds: 5000
    //   kill_timeout    how long it gets to end by its own will: 3000
    //#endregion
  ],
};
