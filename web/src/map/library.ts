import maplibregl from 'maplibre-gl/dist/maplibre-gl-csp.js'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-csp-worker.js?url'
import 'maplibre-gl/dist/maplibre-gl.css'

// The worker comes from our own origin: the pages run under a policy without blob: scripts.
maplibregl.setWorkerUrl(workerUrl)

export { maplibregl }
