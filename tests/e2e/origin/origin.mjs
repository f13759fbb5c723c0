// origin.mjs KEY CERTIFICATE PORT [MILLISECONDS]: a small web site over HTTP/2 on loopback, and its time limit for a
// handshake.
import { createSecureServer } from 'node:http2';
import { readFileSync } from 'node:fs';

const [key, certificate, port, limit] = process.argv.slice(2);
createSecureServer(
  { key: readFileSync(key), cert: readFileSync(certificate), allowHTTP1: true,
    ...(limit && { handshakeTimeout: Number(limit) }) },
  (request, response) => response.end('<h1>An ordinary site</h1>\n'),
).listen(Number(port), '127.0.0.1');
