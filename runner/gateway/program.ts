/** What is started: a build or a release of a gateway. */
export interface GatewayProgram {
  /** As given to --gateway. */
  target: string;
  product: string;
  version: string;
  buildId?: string;
  /** Version of the Node that runs it. */
  node: string;
  file: string;
  args(port: number): readonly string[];
}
