var http = require('http')
  , express = require('express')
  , sio = require('socket.io');

var app = express()
  , server = http.createServer(app)
  , io = sio.listen(server);

app.use(express.static(__dirname + '/public'));

io.sockets.on('connection', function (socket) {
  socket.emit('hello', { pid: process.pid });

  socket.on('say', function (text) {
    io.sockets.emit('said', { text: String(text), pid: process.pid });
  });
});

server.listen(process.env.PORT || 3000, '127.0.0.1');
