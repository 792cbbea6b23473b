var http = require('http')
  , express = require('express')
  , sio = require('socket.io')
  , RedisStore = require('socket.io/lib/stores/redis');

var app = express()
  , server = http.createServer(app)
  , io = sio.listen(server);

// All that the workers know of their clients goes through Redis, the handshakes too.
var redis = { host: '127.0.0.1', port: process.env.REDIS_PORT || 6379 };
io.set('store', new RedisStore({ redisPub: redis, redisSub: redis, redisClient: redis }));

app.use(express.static(__dirname + '/public'));

io.sockets.on('connection', function (socket) {
  socket.emit('hello', { pid: process.pid });

  socket.on('say', function (text) {
    io.sockets.emit('said', { text: String(text), pid: process.pid });
  });
});

server.listen(process.env.PORT || 3000, '127.0.0.1');
