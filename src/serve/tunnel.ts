/**
 * A public address through ngrok, for showing a model to someone who is elsewhere. The package is optional and
 * imported only here; without a token or a password nothing is opened.
 */
import { UserError } from "../core/errors.js";

export interface Tunnel {
  readonly url: string;
  close(): Promise<void>;
}

/** The part of `@ngrok/ngrok` that is used. */
export interface NgrokModule {
  forward(config: { addr: string; authtoken: string }): Promise<{ url(): string | null; close(): Promise<void> }>;
}

export interface TunnelAccess {
  readonly token: string;
  readonly password: string;
}

/** Shorter passwords are guessed. */
const SHORTEST = 8;

/**
 * Everything a tunnel needs, checked before a port is opened.
 *
 * @throws UserError `BAD_USAGE` for a missing or short password, or a missing token
 */
export function tunnelAccess(password: string | undefined, token: string | undefined): TunnelAccess {
  if (password === undefined || password.length < SHORTEST) {
    throw new UserError("BAD_USAGE", {
      what:
        password === undefined
          ? "a tunnel needs a password"
          : `the password has ${password.length} characters; a tunnel needs at least ${SHORTEST}`,
      where: "--tunnel",
      mend: "set SEGMENTA_PASSWORD, or give --password: the address is open to everyone who learns it",
    });
  }
  if (token === undefined || token === "") {
    throw new UserError("BAD_USAGE", {
      what: "a tunnel needs a token of ngrok, and NGROK_AUTHTOKEN is not set",
      where: "--tunnel",
      mend: "copy yours from https://dashboard.ngrok.com/get-started/your-authtoken into NGROK_AUTHTOKEN",
    });
  }
  return { token, password };
}

/**
 * @param load - imports the package
 * @throws UserError `MISSING_OPTIONAL` when the package is not installed
 */
export async function loadNgrok(load: () => Promise<unknown> = () => import("@ngrok/ngrok")): Promise<NgrokModule> {
  try {
    const found = (await load()) as NgrokModule & { default?: NgrokModule };
    return found.default ?? found;
  } catch (cause) {
    throw new UserError("MISSING_OPTIONAL", {
      what: "the package @ngrok/ngrok is not installed",
      where: "--tunnel",
      mend: "npm install @ngrok/ngrok",
      cause,
    });
  }
}

/**
 * @param address - of the service on this machine, such as http://127.0.0.1:8080
 * @throws UserError `BAD_USAGE` when ngrok cannot be reached or refuses the token
 */
export async function openTunnel(
  ngrok: NgrokModule,
  address: string,
  { token }: Pick<TunnelAccess, "token">,
): Promise<Tunnel> {
  try {
    const listener = await ngrok.forward({ addr: address, authtoken: token });
    return { url: listener.url() ?? "", close: () => listener.close() };
  } catch (cause) {
    // Whatever ngrok says, the token does not come out with it.
    const said = String((cause as Error).message ?? cause).replaceAll(token, "…");
    throw new UserError("BAD_USAGE", {
      what: `the tunnel cannot be opened: ${said.split("\n")[0]}`,
      where: "--tunnel",
      mend: "check NGROK_AUTHTOKEN, and that this machine reaches the internet",
      cause: new Error(said),
    });
  }
}
