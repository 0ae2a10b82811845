// The two nodes while the demo runs: what happens when one ends, and the keys and the signal that bring it back.
import { setTimeout as delay } from 'node:timers/promises'
import type { ChildNode } from './child-node.ts'
import { controlPlaneBack, type Pids } from './guide.ts'
import { listenForKeys } from './keyboard.ts'

export class Stage {
  readonly interactive = process.stdin.isTTY === true && process.stdout.isTTY === true
  /** Resolves when somebody presses q. */
  readonly quit: Promise<void>
  readonly #controlPlane: ChildNode
  readonly #dataPlane: ChildNode
  readonly #say: (text: string) => void
  readonly #askToQuit: () => void
  /** One thing at a time: keys may come faster than nodes start. */
  #work: Promise<void> = Promise.resolve()
  #unwatch: () => void = () => {}
  #stopping = false

  constructor(controlPlane: ChildNode, dataPlane: ChildNode, say: (text: string) => void) {
    this.#controlPlane = controlPlane
    this.#dataPlane = dataPlane
    this.#say = say
    const { promise, resolve } = Promise.withResolvers<void>()
    this.quit = promise
    this.#askToQuit = resolve
  }

  get pids(): Pids {
    return { controlPlane: this.#controlPlane.pid ?? 0, dataPlane: this.#dataPlane.pid ?? 0 }
  }

  startControlPlane(): Promise<void> {
    return this.#controlPlane.start((how) =>
      this.#say(`\nThe control plane ended (${how}). The data plane goes on. ${controlPlaneBack(this.interactive)}`),
    )
  }

  startDataPlane(): Promise<void> {
    return this.#dataPlane.start((how) => {
      this.#say(`\nThe data plane ended (${how}); starting it again …`)
      this.#do(() => this.#bringDataPlaneBack())
    })
  }

  watch(): void {
    const toggle = () => this.#do(() => this.#toggleControlPlane())
    const stopKeys = this.interactive
      ? listenForKeys((key) => {
          if (key === 'c') toggle()
          else if (key === 'd') this.#do(() => this.#restartDataPlane())
          else if (key === 'q') this.#askToQuit()
        })
      : () => {}
    process.on('SIGUSR2', toggle)
    this.#unwatch = () => {
      stopKeys()
      process.off('SIGUSR2', toggle)
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#unwatch()
    await this.#dataPlane.stop()
    await this.#controlPlane.stop()
    await this.#work
  }

  #do(step: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#stopping ? undefined : step()))
      .catch((error: unknown) => this.#say(error instanceof Error ? error.message : String(error)))
  }

  async #toggleControlPlane(): Promise<void> {
    if (this.#controlPlane.pid !== undefined) {
      await this.#controlPlane.stop()
      this.#say(`\nThe control plane is stopped. The data plane goes on. ${controlPlaneBack(this.interactive)}`)
      return
    }
    await this.startControlPlane()
    this.#say(`\nThe control plane is back (process ${this.pids.controlPlane}).`)
  }

  async #restartDataPlane(): Promise<void> {
    await this.#dataPlane.stop()
    await this.#bringDataPlaneBack()
  }

  async #bringDataPlaneBack(): Promise<void> {
    const started = Date.now()
    await this.startDataPlane()
    this.#say(`The data plane is back after ${Date.now() - started} ms (process ${this.pids.dataPlane}).`)
    // One that ends again and again is started no more than once a second.
    await delay(Math.max(0, 1000 - (Date.now() - started)))
  }
}
