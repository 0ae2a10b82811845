import type { Socket } from 'node:net'
import type { UpstreamConnection } from '../upstream/connection.ts'

/** Two sockets joined after a 101: bytes go both ways as they come, each side waits for the other. */
export class Tunnel {
  readonly #client: Socket
  readonly #upstream: UpstreamConnection

  constructor(client: Socket, upstream: UpstreamConnection) {
    this.#client = client
    this.#upstream = upstream
    upstream.socket.on('drain', () => client.resume())
  }

  fromClient(chunk: Uint8Array): void {
    if (!this.#upstream.socket.write(chunk)) this.#client.pause()
  }

  /** Returns whether the bytes are still referred to. */
  fromUpstream(chunk: Uint8Array): boolean {
    if (!this.#client.write(chunk)) this.#upstream.pause()
    return this.#client.writableLength > 0
  }

  clientWritable(): void {
    this.#upstream.resume()
  }

  clientEnded(): void {
    this.#upstream.socket.end()
  }

  upstreamEnded(): void {
    this.#client.end()
  }
}
