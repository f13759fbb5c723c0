// Serves the built page with made-up answers: node status/dev/serve.mjs [PORT] [SCENARIO], scenarios in fixtures.mjs.
// POST /scenario/NAME changes what is answered. The key is 43 times "k".
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import * as fixtures from "./fixtures.mjs";

export const KEY = "k".repeat(43);
const dist = process.env.QNET_PAGE ?? new URL("../dist/", import.meta.url).pathname;
const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21"><path d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0zM9 2h3v4H9zM9 9h5v3H9zM15 12h4v6h-4zM9 15h3v5H9z"/></svg>';

function change(status, path, body) {
  if (path === "/stop") return { ...fixtures.disconnected(), hops: status.hops };
  if (path === "/start") return fixtures.client({ hops: status.hops });
  if (path === "/mode") return body.hops === 1 ? fixtures.fast() : fixtures.client({ hops: body.hops });
  if (path === "/config") return { ...status, exit_countries: body.exit_countries };
  return status;
}

export function serve(port, scenario) {
  let status = fixtures[scenario]();
  let mute = false;
  const live = () => JSON.stringify({ ...status, rates: status.rates.down.length ? fixtures.rates(Math.max(...status.rates.down) / 1.6) : status.rates });
  const json = (response, code, value) => response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  const secrets = {
    "/proxy": { address: "127.0.0.1:1088", user: "qnet", password: "3vYtK0x8dQ1sLr5nWb2aZg" },
    "/invite": { link: `qnet://12D3KooWGRUVh3Xg6Y8s3c1F5uTNeW5WjB8HkLC9HJxkQf8gP4dQ@203.0.113.9:443?cover=www.example.org&key=${"a1b2".repeat(16)}`, qr_svg: QR },
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://page");
    let body = "";
    for await (const piece of request) body += piece;
    if (request.method === "POST" && url.pathname.startsWith("/scenario/")) {
      const name = url.pathname.split("/")[2];
      mute = name === "mute";
      if (!mute) status = fixtures[name]();
      return json(response, 200, {});
    }
    if (mute) return request.socket.destroy();
    if (url.pathname === "/") {
      response.setHeader("Content-Security-Policy", readFileSync(`${dist}/policy.txt`, "utf8").trim());
      response.setHeader("Content-Encoding", "gzip");
      return response.setHeader("Content-Type", "text/html; charset=utf-8").end(readFileSync(`${dist}/index.html.gz`));
    }
    if (url.pathname === "/status") return response.setHeader("Content-Type", "application/json").end(live());
    if (url.pathname === "/events") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      const tell = () => (mute ? response.destroy() : response.write(`event: status\ndata: ${live()}\n\n`));
      tell();
      const timer = setInterval(tell, 1000);
      return response.on("close", () => clearInterval(timer));
    }
    if (request.headers.authorization !== `Bearer ${KEY}`) return json(response, 401, { error: "No key.", hint: "Run qnet open." });
    if (request.method === "GET" && secrets[url.pathname]) return json(response, 200, secrets[url.pathname]);
    if (url.pathname === "/logs") return response.end("2026-11-28T18:00:00Z info started\n2026-11-28T18:00:02Z info connected\n");
    if (request.method !== "POST") return json(response, 404, { error: "Nothing is here.", hint: "See openapi.yaml." });
    status = change(status, url.pathname, body === "" ? {} : JSON.parse(body));
    return json(response, 200, {});
  });
  return new Promise((ready) => server.listen(port, "127.0.0.1", () => ready(server)));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const server = await serve(Number(process.argv[2] ?? 8089), process.argv[3] ?? "client");
  console.log(`http://127.0.0.1:${server.address().port}/#key=${KEY}`);
}
