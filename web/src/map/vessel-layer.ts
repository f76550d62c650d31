import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from 'maplibre-gl'
import type { LiveVessel } from '../../../src/vessels/schema.ts'
import { maplibregl } from './library.ts'
import type { Palette } from './palette.ts'
import { atlasColumns, atlasRows, drawAtlas, type Mark, markOf, special } from './shapes.ts'
import { hullFragment, hullVertex, markFragment, markVertex } from './vessel-shaders.ts'

/** A vessel and how it moves until the next news. */
export interface MovingVessel {
  vessel: LiveVessel
  /** Degrees a second, from `fromMs`, for at most `forS`. */
  velocity: { lon: number; lat: number }
  fromMs: number
  forS: number
}

/** Where it stands at `ms`, degrees. */
export function positionAt({ vessel, velocity, fromMs, forS }: MovingVessel, ms: number): [number, number] {
  const seconds = Math.min(Math.max(0, (ms - fromMs) / 1000), forS)
  return [vessel.lon + velocity.lon * seconds, vessel.lat + velocity.lat * seconds]
}

const floatsPerVessel = 19
const layout: [name: string, size: number][] = [
  ['a_position', 2],
  ['a_velocity', 2],
  ['a_span', 2],
  ['a_angle', 1],
  ['a_heading', 1],
  ['a_size', 1],
  ['a_cell', 2],
  ['a_hull', 4],
  ['a_colour', 4],
]
/** Seen from above: square stern, sides, shoulders at four fifths, bow. */
const outline = new Float32Array([0, 0, -1, 0, -1, 0.8, 0, 1, 1, 0.8, 1, 0, 0, 0])
const corners = new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1])

/**
 * Thousands of vessels in two draw calls: marks from an atlas, hulls to scale once longer than their mark.
 * Positions advance in the vertex shader, so that a frame costs nothing per vessel on the page's thread.
 */
export class VesselLayer implements CustomLayerInterface {
  readonly id = 'vessels'
  readonly type = 'custom' as const
  readonly renderingMode = '2d' as const
  /** Instant to draw, ms. */
  clock: () => number = () => Date.now()
  private map: MapLibreMap | undefined
  private marks: WebGLProgram | undefined
  private hulls: WebGLProgram | undefined
  private markArray: WebGLVertexArrayObject | null = null
  private hullArray: WebGLVertexArrayObject | null = null
  private buffer: WebGLBuffer | null = null
  private texture: WebGLTexture | null = null
  private data = new Float32Array(0)
  private count = 0
  private origin = { x: 0.5, y: 0.5 }
  private baseMs = 0
  private isDataStale = false
  private isAtlasStale = false
  private readonly uniforms = new Map<WebGLProgram, Map<string, WebGLUniformLocation | null>>()
  private palette: Palette

  constructor(palette: Palette) {
    this.palette = palette
  }

  onAdd(map: MapLibreMap, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext
    this.map = map

    this.marks = link(gl, markVertex, markFragment)
    this.hulls = link(gl, hullVertex, hullFragment)
    this.buffer = gl.createBuffer()
    this.markArray = this.arrayOf(gl, this.marks, 'a_corner', corners)
    this.hullArray = this.arrayOf(gl, this.hulls, 'a_outline', outline)
    this.texture = gl.createTexture()
    this.isAtlasStale = true
    this.isDataStale = true
  }

  onRemove(_map: MapLibreMap, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    for (const program of [this.marks, this.hulls]) if (program) gl.deleteProgram(program)
    gl.deleteBuffer(this.buffer)
    gl.deleteTexture(this.texture)
  }

  setPalette(palette: Palette): void {
    this.palette = palette
    this.isAtlasStale = true
    this.map?.triggerRepaint()
  }

  /** Replaces what is drawn, in drawing order: the last lies on top. `ringed` gets a selection ring. */
  setVessels(
    vessels: readonly MovingVessel[],
    ringed: number | undefined,
    hovered: number | undefined,
  ): void {
    const centre = this.map?.getCenter()
    if (centre) this.origin = maplibregl.MercatorCoordinate.fromLngLat(centre)
    this.baseMs = this.clock()
    const rings = vessels.filter(({ vessel }) => vessel.mmsi === ringed || vessel.mmsi === hovered)
    const needed = (vessels.length + rings.length) * floatsPerVessel
    if (this.data.length < needed) this.data = new Float32Array(Math.ceil(needed * 1.5))
    let at = 0
    for (const moving of rings) {
      const isSelected = moving.vessel.mmsi === ringed
      at = this.write(at, moving, special(isSelected ? 'selection' : 'hover', isSelected ? 46 : 42), false)
    }
    for (const moving of vessels) at = this.write(at, moving, markOf(moving.vessel), true)
    this.count = at / floatsPerVessel
    this.isDataStale = true
    this.map?.triggerRepaint()
  }

  render(context: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const gl = context as WebGL2RenderingContext
    const map = this.map
    if (this.count === 0 || !map || !this.marks || !this.hulls) return
    this.upload(gl)
    gl.disable(gl.DEPTH_TEST)
    gl.disable(gl.STENCIL_TEST)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    const zoom = map.getZoom()
    const { clientWidth, clientHeight } = map.getCanvas()
    const pixelsPerUnit = 512 * 2 ** zoom
    const crowding = Math.min(1, Math.max(0.6, Math.sqrt(600 / this.count)))
    const scale = crowding * Math.min(1.2, Math.max(0.62, 0.62 + (zoom - 6) * 0.09))
    // Copies of the world show at low zoom only.
    for (const shift of zoom < 4 ? [-1, 0, 1] : [Math.round(map.getCenter().lng / 360)]) {
      const matrix = moved(input.defaultProjectionData.mainMatrix, this.origin.x + shift, this.origin.y)
      for (const [program, array] of [
        [this.hulls, this.hullArray],
        [this.marks, this.markArray],
      ] as const) {
        // biome-ignore lint/correctness/useHookAtTopLevel: WebGL names its calls so, this is no React hook
        gl.useProgram(program)
        gl.bindVertexArray(array)
        const at = (name: string) => this.uniformOf(gl, program, name)
        gl.uniformMatrix4fv(at('u_matrix'), false, matrix)
        gl.uniform1f(at('u_time'), (this.clock() - this.baseMs) / 1000)
        gl.uniform1f(at('u_pixelsPerUnit'), pixelsPerUnit)
        gl.uniform1f(at('u_scale'), scale)
        if (program === this.marks) {
          gl.activeTexture(gl.TEXTURE0)
          gl.bindTexture(gl.TEXTURE_2D, this.texture)
          gl.uniform1i(at('u_atlas'), 0)
          gl.uniform2f(at('u_halfView'), clientWidth / 2, clientHeight / 2)
          gl.uniform2f(at('u_cells'), atlasColumns, atlasRows)
          gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count)
        } else if (zoom > 11) {
          gl.uniform1f(at('u_fill'), 1)
          gl.drawArraysInstanced(gl.TRIANGLE_FAN, 0, 7, this.count)
          gl.uniform1f(at('u_fill'), 0)
          gl.drawArraysInstanced(gl.LINE_LOOP, 1, 5, this.count)
        }
      }
    }
    gl.bindVertexArray(null)
  }

  // HOT: once per vessel at each news; writes into one array, allocates a mark.
  private write(start: number, moving: MovingVessel, mark: Mark, hasHull: boolean): number {
    const { vessel, velocity } = moving
    const data = this.data
    const latitude = (vessel.lat * Math.PI) / 180
    const cosine = Math.max(0.01, Math.cos(latitude))
    const y = 0.5 - Math.log(Math.tan(Math.PI / 4 + latitude / 2)) / (2 * Math.PI)
    const perMetre = 1 / (40_075_016.7 * cosine)
    const isHull =
      hasHull &&
      vessel.kind === 'ship' &&
      vessel.headingDeg !== null &&
      vessel.toBowM !== null &&
      vessel.toSternM !== null
    let at = start
    data[at++] = (vessel.lon + 180) / 360 - this.origin.x
    data[at++] = y - this.origin.y
    data[at++] = velocity.lon / 360
    data[at++] = -velocity.lat / (360 * cosine)
    data[at++] = (moving.fromMs - this.baseMs) / 1000
    data[at++] = moving.forS
    data[at++] = (mark.angleDeg * Math.PI) / 180
    data[at++] = ((vessel.headingDeg ?? 0) * Math.PI) / 180
    data[at++] = mark.sizePx
    data[at++] = mark.column
    data[at++] = mark.row
    data[at++] = isHull ? vessel.toBowM! * perMetre : 0
    data[at++] = isHull ? vessel.toSternM! * perMetre : 0
    data[at++] = isHull ? (vessel.toPortM ?? 0) * perMetre : 0
    data[at++] = isHull ? (vessel.toStarboardM ?? 0) * perMetre : 0
    const colour = rgbOf(this.palette.type[vessel.category])
    data[at++] = colour[0]
    data[at++] = colour[1]
    data[at++] = colour[2]
    data[at++] = vessel.stale ? 0.12 : vessel.state === 'under-way' ? 0.85 : 0.6
    return start + floatsPerVessel
  }

  private uniformOf(gl: WebGL2RenderingContext, program: WebGLProgram, name: string) {
    const known = this.uniforms.get(program) ?? new Map<string, WebGLUniformLocation | null>()
    this.uniforms.set(program, known)
    if (!known.has(name)) known.set(name, gl.getUniformLocation(program, name))
    return known.get(name) ?? null
  }

  private arrayOf(gl: WebGL2RenderingContext, program: WebGLProgram, name: string, points: Float32Array) {
    const array = gl.createVertexArray()
    gl.bindVertexArray(array)
    const pointBuffer = gl.createBuffer()
    gl.bindBuffer(gl.ARRAY_BUFFER, pointBuffer)
    gl.bufferData(gl.ARRAY_BUFFER, points, gl.STATIC_DRAW)
    const point = gl.getAttribLocation(program, name)
    gl.enableVertexAttribArray(point)
    gl.vertexAttribPointer(point, 2, gl.FLOAT, false, 0, 0)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
    let offset = 0
    for (const [attribute, size] of layout) {
      const location = gl.getAttribLocation(program, attribute)
      if (location >= 0) {
        gl.enableVertexAttribArray(location)
        gl.vertexAttribPointer(location, size, gl.FLOAT, false, floatsPerVessel * 4, offset * 4)
        gl.vertexAttribDivisor(location, 1)
      }
      offset += size
    }
    gl.bindVertexArray(null)
    return array
  }

  /** Only while the map renders: at any other time it relies on the bindings it left. */
  private upload(gl: WebGL2RenderingContext): void {
    if (this.isDataStale) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer)
      gl.bufferData(gl.ARRAY_BUFFER, this.data.subarray(0, this.count * floatsPerVessel), gl.DYNAMIC_DRAW)
      this.isDataStale = false
    }
    if (!this.isAtlasStale) return
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, drawAtlas(this.palette))
    gl.generateMipmap(gl.TEXTURE_2D)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
    this.isAtlasStale = false
  }
}

/** Column-major `matrix` after a translation, in doubles: single precision would tremble close up. */
function moved(matrix: ArrayLike<number>, x: number, y: number): Float32Array {
  const out = new Float32Array(16)
  for (let i = 0; i < 16; i++) out[i] = matrix[i]!
  for (let row = 0; row < 4; row++)
    out[12 + row] = matrix[row]! * x + matrix[4 + row]! * y + matrix[12 + row]!
  return out
}

const colours = new Map<string, [number, number, number]>()

function rgbOf(hex: string): [number, number, number] {
  let rgb = colours.get(hex)
  if (!rgb) {
    const value = Number.parseInt(hex.slice(1), 16)
    rgb = [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
    colours.set(hex, rgb)
  }
  return rgb
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)!
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const logs = gl.getAttachedShaders(program)?.map((shader) => gl.getShaderInfoLog(shader))
    throw new Error(`The vessel shaders do not link: ${gl.getProgramInfoLog(program)} ${logs?.join(' ')}`)
  }
  return program
}
