// What the doors count, asked every few seconds while someone looks; a short history makes the curve.
import { shallowRef } from 'vue'
import { doors, type Gateways } from '../api-devices'

const ASK_MS = 2000
const KEEP = 150 // five minutes

export interface Rate {
  at: number
  perSecond: number
}

export const gateways = shallowRef<Gateways | null>(null)
export const rates = shallowRef<Rate[]>([])
export const gatewaysProblem = shallowRef<unknown>(null)

let users = 0
let timer = 0
let last: { at: number; count: number } | null = null

async function ask(): Promise<void> {
  if (document.hidden) return
  try {
    const answer = await doors.gateways()
    const at = performance.now()
    const count = (answer.jt808?.frames ?? 0) + (answer.mqtt?.messages ?? 0)
    // After a restart the counters begin anew, after a rest they say nothing about now.
    if (last && count >= last.count && at - last.at < 5 * ASK_MS)
      rates.value = [...rates.value, { at: Date.now(), perSecond: ((count - last.count) * 1000) / Math.max(1, at - last.at) }].slice(-KEEP)
    last = { at, count }
    gateways.value = answer
    gatewaysProblem.value = null
  } catch (error) {
    gatewaysProblem.value = error
  }
}

export function watchGateways(): () => void {
  if (users++ === 0) {
    void ask()
    timer = window.setInterval(() => void ask(), ASK_MS)
  }
  return () => {
    if (--users === 0) window.clearInterval(timer)
  }
}
