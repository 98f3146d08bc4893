// Loaded into the program of a test: its connections to addresses that nobody has go to the stand-in's machines instead, as
// they would through the internet. PEERLAB_TEST_INTERNET is the port of the test's own server.
const net = require("node:net");

const port = Number(process.env.PEERLAB_TEST_INTERNET);
const connect = net.connect;
net.connect = (options, ...rest) => {
  const { host, port: wanted } = options;
  if (!host || host === "localhost" || host.startsWith("127.")) return connect(options, ...rest);
  const socket = connect({ host: "127.0.0.1", port }, ...rest);
  socket.write(`${host} ${wanted}\n`);
  return socket;
};
