// The names of docs/spec/openapi.yaml, and how to call what it describes. schema.d.ts is made from it: npm run types.
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Status = Schemas["Status"];
export type Node = Schemas["Node"];
export type State = Node["state"];
export type Mode = Node["mode"];
export type Circuit = Schemas["Circuit"];
export type Hop = Schemas["Hop"];
export type Peer = Schemas["Peer"];
export type Happening = Schemas["Happening"];
export type Advice = Schemas["Advice"];
export type Proxy = Schemas["Proxy"];
export type Invite = Schemas["Invite"];
export type ConfigChange = Schemas["ConfigChange"];

/** What QNet refused: what is wrong, and what to do about it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const said = (await response.json().catch(() => null)) as Partial<Schemas["Error"]> | null;
  return new ApiError(response.status, said?.error ?? response.statusText, said?.hint ?? "");
}

/** The calls of the API, from a page of its own origin. `key` is the secret of the file api-token. */
export class Api {
  constructor(private readonly key: () => string | null) {}

  status = () => this.json<Status>("GET", "/status");
  start = () => this.json("POST", "/start");
  stop = () => this.json("POST", "/stop");
  newCircuit = () => this.json("POST", "/circuit/new");
  setHops = (hops: number) => this.json("POST", "/mode", { hops });
  change = (what: ConfigChange) => this.json("POST", "/config", what);
  proxy = () => this.json<Proxy>("GET", "/proxy");
  invite = () => this.json<Invite>("GET", "/invite");
  addInvite = (link: string) => this.json("POST", "/invite", { link });

  async log(lines: number): Promise<string> {
    return (await this.ask("GET", `/logs?tail=${lines}`)).text();
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await this.ask(method, path, body)).json() as Promise<T>;
  }

  private async ask(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = {};
    const key = this.key();
    if (key !== null) headers["Authorization"] = `Bearer ${key}`;
    const init: RequestInit = { method, headers, cache: "no-store" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    const response = await fetch(path, init);
    if (!response.ok) throw await refusal(response);
    return response;
  }
}
