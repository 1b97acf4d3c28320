// Who is at the page, and what that person may do here. The server decides; the page only spares
// people buttons that would be refused.
import { computed, ref, shallowRef } from 'vue'
import { doors, type User } from '../api-devices'
import { ApiError, enteredAnew, onUnauthorised } from '../http'

// unknown: not asked yet; open: no users are set up and reading is free; in: logged in;
// out: a login is needed.
export type Standing = 'unknown' | 'open' | 'in' | 'out'

export const standing = ref<Standing>('unknown')
export const user = shallowRef<User | null>(null)
export const ended = ref<'' | 'expired' | 'changed'>('') // why a session is over: by itself, by a new password
export const entered = computed(() => standing.value === 'open' || standing.value === 'in')
export const visits = ref(0) // grows with each entry: what failed for want of a login is asked again
export const sessionProblem = shallowRef<unknown>(null)

// Administrators of users and of the audit trail do not see where crews are.
const WATCH = ['viewer', 'dispatcher', 'planner', 'clerk', 'inspector', 'system']
const DISPATCH = ['dispatcher']
const MANAGE = ['dispatcher', 'system']
const may = (roles: string[]): boolean => standing.value === 'open' || (user.value?.roles.some((r) => roles.includes(r)) ?? false)
export const mayWatch = computed(() => may(WATCH))
export const mayCommand = computed(() => may(DISPATCH))
export const mayPair = computed(() => may(MANAGE))

function enter(someone: User | null): void {
  const other = user.value !== null && someone !== null && user.value.name !== someone.name
  enteredAnew()
  user.value = someone
  standing.value = someone ? 'in' : 'open'
  ended.value = ''
  sessionProblem.value = null
  // Nothing that another person was looking at stays on the screen.
  if (other) window.location.reload()
  else visits.value++
}

export async function askSession(): Promise<void> {
  try {
    const session = await doors.session()
    if (session.user || session.open) enter(session.user)
    else standing.value = 'out'
  } catch (error) {
    // A server that is unreachable shows its own message; the pages behind try again by themselves.
    sessionProblem.value = error
    if (error instanceof ApiError && error.status === 401) standing.value = 'out'
    else if (standing.value === 'unknown') enter(null)
  }
}

export async function login(name: string, password: string): Promise<void> {
  const session = await doors.login(name, password)
  enter(session.user)
}

export async function logout(): Promise<void> {
  try {
    await doors.logout()
  } finally {
    // A fresh page forgets all that was read.
    window.location.reload()
  }
}

// A new password ends all sessions, this one too.
export async function changePassword(old: string, password: string): Promise<void> {
  await doors.password(old, password)
  ended.value = 'changed'
  standing.value = 'out'
}

onUnauthorised(() => {
  if (standing.value === 'out') return
  if (standing.value === 'in') ended.value = 'expired'
  standing.value = 'out'
})
