import { randomBytes } from "node:crypto";

/** A credential as it may stand in a text, and the parts of the text that must not be shown. */
export interface PlantedSecret {
  kind: string;
  text: string;
  secrets: string[];
}

/** Characters of an alphabet, always others: nothing that looks like a credential lies in this repository. */
function random(
  length: number,
  alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789",
): string {
  return [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
}

const CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ234567";
const HEX = "0123456789abcdef";
const DIGITS = "0123456789";
const bytesIn = (encoding: BufferEncoding, length: number) => randomBytes(length).toString(encoding);

/** A password: a letter and a digit at least. */
const password = () => `${random(6)}q7${random(6)}`;

function privateKey(label: string): PlantedSecret {
  const lines = Array.from({ length: 6 }, () => random(64));
  const text = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join("\n");
  return { kind: `PEM, ${label}`, text, secrets: lines };
}

function issued(kind: string, prefix: string, length: number, alphabet?: string): PlantedSecret {
  const secret = prefix + random(length, alphabet);
  return { kind, text: `the token is ${secret} here`, secrets: [secret.slice(prefix.length)] };
}

/** @param around has `*` where the secret stands */
function within(kind: string, around: string, secret = password()): PlantedSecret {
  return { kind, text: around.replace("*", () => secret), secrets: [secret] };
}

/** One of each kind, new with every call. */
export function plantedSecrets(): PlantedSecret[] {
  const jwt = [JSON.stringify({ alg: "HS256" }), JSON.stringify({ sub: random(12) })].map((part) =>
    Buffer.from(part).toString("base64url"),
  );
  const signature = random(43);
  return [
    privateKey("RSA PRIVATE KEY"),
    privateKey("EC PRIVATE KEY"),
    privateKey("PRIVATE KEY"),
    privateKey("ENCRYPTED PRIVATE KEY"),
    privateKey("OPENSSH PRIVATE KEY"),
    privateKey("PGP PRIVATE KEY BLOCK"),
    within("Cookie", "Cookie: session=*; theme=dark"),
    within("Set-Cookie", "Set-Cookie: session=*; HttpOnly; Path=/"),
    within("Authorization: Bearer", "Authorization: Bearer *"),
    within("Authorization: Basic", "Authorization: Basic *", bytesIn("base64", 18)),
    within("Proxy-Authorization", '-H "Proxy-Authorization: Basic *"', bytesIn("base64", 18)),
    within("x-api-key", "x-api-key: *"),
    within("AWS secret key", "aws_secret_access_key = *", bytesIn("base64", 30)),
    issued("AWS access key id", "AKIA", 16, CAPITALS),
    within("npmrc token", "//registry.npmjs.org/:_authToken=*"),
    within("npmrc auth", "_auth=*", bytesIn("base64", 18)),
    issued("npm", "npm_", 36),
    issued("PyPI", "pypi-", 60),
    issued("RubyGems", "rubygems_", 48, HEX),
    issued("Docker Hub", "dckr_pat_", 27),
    within("Docker config", '{"auths":{"https://index.docker.io/v1/":{"auth":"*"}}}', bytesIn("base64", 24)),
    issued("Stripe live", "sk_live_", 24),
    issued("Stripe restricted", "rk_live_", 24),
    issued("Stripe webhook", "whsec_", 32),
    issued("Square", "sq0csp-", 43),
    issued("Shopify", "shpat_", 32, HEX),
    issued("Hugging Face", "hf_", 34),
    issued("Replicate", "r8_", 37),
    issued("Groq", "gsk_", 52),
    issued("xAI", "xai-", 80),
    issued("OpenAI", "sk-proj-", 48),
    issued("Anthropic", "sk-ant-api03-", 93),
    issued("GitHub", "ghp_", 36),
    issued("GitHub, fine-grained", "github_pat_", 82),
    issued("GitLab", "glpat-", 20),
    issued("Slack bot", `xoxb-${random(12, DIGITS)}-`, 24),
    issued("Slack app", "xapp-1-", 60),
    issued("Slack webhook", "https://hooks.slack.com/services/T0/B0/", 24),
    issued("Discord webhook", "https://discord.com/api/webhooks/1234567890/", 68),
    issued("Telegram", `${random(10, "123456789")}:AA`, 33),
    issued("SendGrid", `SG.${random(22)}.`, 43),
    issued("Google key", "AIza", 35),
    issued("Google client", "GOCSPX-", 28),
    issued("Google access", "ya29.", 60),
    issued("DigitalOcean", "dop_v1_", 64, HEX),
    issued("Databricks", "dapi", 32, HEX),
    issued("Vault", "hvs.", 90),
    issued("Tailscale", "tskey-auth-", 40),
    issued("Linear", "lin_api_", 40),
    { kind: "JWT", text: `seen ${jwt.join(".")}.${signature}`, secrets: [signature] },
    within("Postgres", "postgres://app:*@db.example:5432/app"),
    within("MongoDB", "mongodb+srv://app:*@cluster.example/app"),
    within("MySQL", "mysql://app:*@db.example/app"),
    within("Redis", "redis://:*@cache.example:6379/0"),
    within("SQL Server", "Server=db;User Id=sa;Password=*;Timeout=3"),
    within(
      "Azure storage",
      "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=*;",
      bytesIn("base64", 64),
    ),
    within("Go MySQL", "app:*@tcp(db:3306)/app"),
    within("password in an address", "https://me:*@host.example/path"),
    within("token in an address", "https://host.example/path?page=2&access_token=*"),
    within("signed address", "https://host.example/x?sv=2026&sig=*"),
    within("variable", "DB_PASSWORD=*"),
    within("JSON", '{"client_secret":"*"}'),
    within("JSON in JSON", JSON.stringify({ body: JSON.stringify({ apiKey: "*" }) })),
    within(
      "JSON in JSON in JSON",
      JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ token: "*" }) }) }),
    ),
    within("list in JSON", '{"authTokens":["*"]}'),
    within("inspected object", "{ passphrase: '*', port: 1 }"),
    within("YAML", "encryptKey: *"),
  ];
}
