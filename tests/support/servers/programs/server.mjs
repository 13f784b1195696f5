// A TLS server of Node's, configured by a JSON file: `node server.mjs SETTINGS.json`.
import { readFileSync } from "node:fs";
import { createServer as createPlain } from "node:http";
import { createServer } from "node:https";
import { createSecureContext } from "node:tls";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const answer = (request, response) => response.end("hello\n");
const matches = (pattern, name) =>
  pattern === name || (pattern.startsWith("*.") && name.split(".").slice(1).join(".") === pattern.slice(2));

function tlsServer() {
  const context = {
    minVersion: settings.lowest,
    maxVersion: settings.highest,
    ...(settings.ciphers ? { ciphers: settings.ciphers } : {}),
    ...(settings.groups ? { ecdhCurve: settings.groups } : {}),
    ...(settings.clientAuthority ? { ca: settings.clientAuthority } : {}),
  };
  const own = { ...context, cert: settings.chains, key: settings.keys };
  const sites = settings.sites.map((site) => ({
    names: site.names,
    context: createSecureContext({ ...context, cert: site.chain, key: site.key }),
  }));
  const main = createSecureContext(own);
  const choose = (name, done) => {
    const site = sites.find((one) => one.names.some((pattern) => matches(pattern, name)));
    const known = settings.serverNames.some((pattern) => matches(pattern, name));
    if (site) done(null, site.context);
    else if (known || !settings.strict) done(null, main);
    else done(new Error(`unknown server name ${name}`));
  };
  return createServer(
    {
      ...own,
      requestCert: Boolean(settings.clientAuthority),
      rejectUnauthorized: Boolean(settings.clientAuthority) && settings.clientRequired,
      ...(settings.alpn.length ? { ALPNProtocols: settings.alpn } : {}),
      ...(sites.length || settings.strict ? { SNICallback: choose } : {}),
    },
    answer,
  );
}

const server = settings.tls ? tlsServer() : createPlain(answer);
server.on("tlsClientError", (error) => console.log(`tlsClientError ${error.code} ${error.message}`));
server.listen(settings.port, settings.host);
