(function () {
  // ?transport=xhr-polling is what a browser did behind a proxy that knew no WebSocket.
  var asked = /[?&]transport=([\w-]+)/.exec(location.search)
    , socket = io.connect('', asked ? { transports: [asked[1]] } : {});

  function element (id) {
    return document.getElementById(id);
  }

  function add (list, text) {
    var item = document.createElement('li');
    item.appendChild(document.createTextNode(text));
    element(list).appendChild(item);
  }

  function show (text, on) {
    element('state').className = on ? 'on' : 'off';
    element('state').firstChild.nodeValue = text;
  }

  socket.on('connecting', function (transport) {
    add('events', 'connecting: ' + transport);
  });

  ['connect', 'disconnect', 'reconnecting', 'reconnect', 'connect_failed', 'error']
    .forEach(function (name) {
      socket.on(name, function (what) {
        add('events', typeof what === 'string' ? name + ': ' + what : name);
        if (name !== 'connect' && name !== 'reconnect') show(name, false);
      });
    });

  socket.on('hello', function (worker) {
    show('connected to worker ' + worker.pid + ' by ' + socket.socket.transport.name, true);
  });

  socket.on('said', function (message) {
    add('said', message.text + ' (by way of worker ' + message.pid + ')');
  });

  element('form').onsubmit = function () {
    socket.emit('say', element('text').value);
    element('text').value = '';
    return false;
  };
})();
