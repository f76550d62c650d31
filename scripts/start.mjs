// `npm start`: installs and builds what is missing, then runs `lacydon start` with the arguments given.
import { checkNode } from './steps/node-version.mjs'

if (checkNode()) import('./runs/start.mjs')
