import type { Explore, On } from './routes.ts'

export function exportRoutes(_on: On, _explore: Explore): void {}
