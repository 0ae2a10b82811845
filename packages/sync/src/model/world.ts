import { decodeFrame, encodeFrame } from '../codec.ts'
import { limits } from '../limits.ts'
import type { Message } from '../messages.ts'
import { ModelControlPlane } from './model-control-plane.ts'
import type { ModelSession } from './model-control-plane.ts'
import { ModelDataPlane } from './model-data-plane.ts'

const frameLimits = { frame: limits.controlPlaneFrame, message: limits.controlPlaneMessage }

/** The frames between one data plane and a control plane, each way, until they are delivered. */
export class Link {
  readonly plane: ModelDataPlane
  up: Buffer[] = []
  down: Buffer[] = []
  #session: ModelSession | null = null

  constructor(plane: ModelDataPlane) {
    this.plane = plane
  }

  get open(): boolean {
    return this.#session !== null
  }

  connect(control: ModelControlPlane): void {
    this.cut()
    this.#session = control.accept()
    this.up = [encodeFrame(this.plane.connected())]
  }

  cut(): void {
    this.#session = null
    this.up = []
    this.down = []
  }

  push(): void {
    if (this.#session) this.down.push(...this.#session.push().map(encodeFrame))
  }

  deliverUp(): void {
    const frame = this.up.shift()
    if (frame && this.#session) this.down.push(...this.#session.receive(opened(frame)).map(encodeFrame))
  }

  deliverDown(): void {
    const frame = this.down.shift()
    if (!frame) return
    const answer = this.plane.receive(opened(frame))
    if (answer === 'left') this.cut()
    else this.up.push(...answer.map(encodeFrame))
  }

  /** Runs without faults until nobody has anything to say. */
  settle(control: ModelControlPlane): void {
    for (let steps = 0; steps < 10_000; steps++) {
      if (!this.open) this.connect(control)
      if (this.up.length > 0) this.deliverUp()
      else if (this.down.length > 0) this.deliverDown()
      else {
        this.push()
        if (this.down.length === 0) return
      }
    }
    throw new Error('the two ends never stop talking')
  }
}

function opened(frame: Buffer): Message {
  const decoded = decodeFrame(frame, frameLimits)
  if (!decoded.ok) throw new Error(decoded.error.message)
  return decoded.message
}

export function world(planes = 1): { control: ModelControlPlane; links: Link[] } {
  return {
    control: new ModelControlPlane(),
    links: Array.from({ length: planes }, () => new Link(new ModelDataPlane())),
  }
}
