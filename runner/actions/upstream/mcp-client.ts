// In a module of its own: hardly a scenario needs it, and the package puts it into a file of its own.
export { Client } from "@modelcontextprotocol/client";
export { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
