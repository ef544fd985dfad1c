import { type Replace, replacePairs } from "./pairs.ts";

/** Credentials that their issuers made recognizable. None can begin within another one's repetition: time stays linear. */
const ISSUED = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    // models
    "sk-[\\w-]{8,}",
    "(?:hf|r8|gsk|fw|api_org)_\\w{16,}",
    "(?:xai|pplx|tvly|nvapi)-[\\w-]{16,}",
    "AIza[\\w-]{20,}",
    // code and packages
    "gh[opsur]_\\w{16,}",
    "github_pat_\\w{16,}",
    "gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\\w-]{16,}",
    "(?:npm|rubygems|dckr_pat|dckr_oat)_[\\w-]{16,}",
    "pypi-[\\w-]{16,}",
    "(?:lin_api|lin_oauth|ntn|figd|sntry[su])_[\\w-]{16,}",
    "AT(?:ATT|CTT|BB)[\\w=-]{16,}",
    "PMAK-[\\w-]{16,}",
    // messengers
    "xox[abeoprs]-[\\w-]{8,}",
    "xapp-[\\w-]{8,}",
    "hooks\\.slack\\.com/services/[\\w/]{20,}",
    "discord(?:app)?\\.com/api/webhooks/\\d{1,24}/[\\w-]{20,}",
    "\\d{8,10}:AA[\\w-]{32,}",
    "SG\\.[\\w-]{10,}\\.[\\w-]{10,}",
    "(?:SK|key-)[0-9a-f]{32}",
    // payment and shops
    "[sr]k_(?:live|test)_\\w{10,}",
    "whsec_[\\w+/=]{10,}",
    "shp(?:at|ss|ca|pa)_\\w{16,}",
    "sq0(?:atp|csp)-[\\w-]{16,}",
    // machines and clouds
    "A[KS]IA[A-Z0-9]{12,}",
    "ya29\\.[\\w-]{20,}",
    "GOCSPX-[\\w-]{16,}",
    "do[opr]_v1_\\w{16,}",
    "(?:sbp|glsa)_\\w{20,}",
    "dapi[0-9a-f]{32}",
    "NRAK-\\w{16,}",
    "hv[sbr]\\.[\\w-]{16,}",
    "ops_eyJ[\\w-]{16,}",
    "tskey-[\\w-]{10,}",
    "AGE-SECRET-KEY-1\\w{16,}",
  ].join("|")})`,
  "g",
);

/** A signed token; it may not begin within the run of another one. */
const SIGNED = /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;

/** Each has two groups: what stays, and the credential behind it. */
const BEHIND: readonly RegExp[] = [
  // A name and a password in an address: `https://name:password@host`.
  /(\/\/)([^\s/?#@"'<>:\\]*:[^\s/?#@"'<>\\]+)(?=@)/g,
  // Schemes are words, too: they count behind their header.
  /(authorization\\{0,8}["']?\s{0,4}[:=]\s{0,4}\\{0,8}["']?(?:bearer|basic|token|bot|apikey|negotiate)\s{1,4})([^\s"'\\,]{4,})/gi,
  /(authorization\\{0,8}["']?\s{0,4}[:=]\s{0,4}\\{0,8}["']?(?:digest|aws4-hmac-sha256)\s{1,4})([^\r\n'\\]{4,})/gi,
  /(cookie2?\\{0,8}["']?\s{0,4}[:=]\s{0,4}[[\\"']{0,9})([^\s=;,"'\\:]{1,100}=[^\r\n"'\\]+)/gi,
  // The file of a container registry's client.
  /("auth\\{0,8}"\s{0,4}:\s{0,4}\\{0,8}")([A-Za-z0-9+/]{12,}={0,2})(?=\\{0,8}")/g,
];

/** `name:password@tcp(host)`. Nearly every word could begin it, so it is looked for only where its end stands. */
const GO_ADDRESS = /((?<![\w.-])[\w.-]{1,64}:)([^\s:@/"'\\]{1,128})(?=@(?:tcp|unix)\()/g;
const GO_ADDRESS_END = /@(?:tcp|unix)\(/;

/** Where no header stands before it, only what no sentence has counts. */
const SCHEME_AND_NOISE = /(\b(?:bearer|basic)\s{1,2})([\w.~+/-]{16,}={0,2})/gi;

/** Replaces everything in the text that looks like a credential, whatever its source. Goes through it a fixed number of times. */
export function replaceSecretLooks(text: string, replace: Replace): string {
  let clean = replacePrivateKeys(text, replace);
  for (const pattern of GO_ADDRESS_END.test(clean) ? [...BEHIND, GO_ADDRESS] : BEHIND)
    clean = clean.replace(pattern, (_, kept: string, secret: string) => kept + replace(secret));
  clean = clean
    .replace(SCHEME_AND_NOISE, (whole, scheme: string, rest: string) =>
      /\d/.test(rest) && /[a-z]/.test(rest) && /[A-Z]/.test(rest) ? scheme + replace(rest) : whole,
    )
    .replace(ISSUED, replace)
    .replace(SIGNED, replace);
  return replacePairs(clean, replace);
}

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const LONGEST_KEY = 16_384;
/** What a key may consist of, with its headers, and with line ends that are escaped or shown. */
const KEY_BODY = /[\w+/=\\\s:,.⏎-]*/y;

/** A key whose end is missing goes as far as it can be one. */
function replacePrivateKeys(text: string, replace: Replace): string {
  let clean = "";
  let done = 0;
  KEY_BEGIN.lastIndex = 0;
  for (let begin = KEY_BEGIN.exec(text); begin; begin = KEY_BEGIN.exec(text)) {
    KEY_BODY.lastIndex = KEY_BEGIN.lastIndex;
    const [body = ""] = KEY_BODY.exec(text) ?? [];
    KEY_END.lastIndex = 0;
    const end = KEY_END.exec(body) ? KEY_END.lastIndex : body.length;
    const to = KEY_BEGIN.lastIndex + end;
    clean += text.slice(done, begin.index) + replace(text.slice(begin.index, to));
    done = to;
    KEY_BEGIN.lastIndex = to;
  }
  return clean + text.slice(done);
}

/** Where a private key begins that is not at its end yet: more of it may follow. */
export function beginOfOpenPrivateKey(text: string): number | undefined {
  const begin = text.lastIndexOf("-----BEGIN ");
  if (begin === -1 || text.length - begin > LONGEST_KEY) return undefined;
  const key = text.slice(begin);
  const isOpen = /^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\w+/=\s:,.-]*$/.test(key);
  return isOpen && !key.includes("-----END ") ? begin : undefined;
}
