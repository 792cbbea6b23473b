/** For step 2: what pm2 does with an app that dies at every start. */
throw new Error("this app dies at every start");
