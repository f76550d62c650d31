/** GLSL of the vessels: one instance a vessel, moved by its own speed on the graphics processor. */

const motion = `#version 300 es
precision highp float;
in vec2 a_position;   // from the origin, mercator units
in vec2 a_velocity;   // mercator units a second
in vec2 a_span;       // start of the motion and its longest, s
in float a_angle;     // of the mark, radians from north, clockwise
in float a_heading;   // of the hull
in float a_size;      // CSS pixels
in vec4 a_hull;       // antenna to bow, stern, port, starboard, mercator units; zero bow = no hull
uniform mat4 u_matrix;
uniform float u_time;
uniform float u_pixelsPerUnit;
uniform float u_scale;

vec2 placed() {
  return a_position + a_velocity * clamp(u_time - a_span.x, 0.0, a_span.y);
}

// 0 while the mark is the better picture, 1 once the hull is longer than it.
float hullShare() {
  float hullPx = (a_hull.x + a_hull.y) * u_pixelsPerUnit;
  return smoothstep(a_size * u_scale * 0.9, a_size * u_scale * 1.5, hullPx);
}
`

export const markVertex = `${motion}
in vec2 a_corner;
in vec2 a_cell;
uniform vec2 u_halfView; // CSS pixels
uniform vec2 u_cells;
out vec2 v_uv;
out float v_alpha;
void main() {
  vec4 at = u_matrix * vec4(placed(), 0.0, 1.0);
  float s = sin(a_angle), c = cos(a_angle);
  vec2 turned = vec2(a_corner.x * c - a_corner.y * s, a_corner.x * s + a_corner.y * c);
  vec2 offset = turned * a_size * u_scale * 0.5 / u_halfView;
  gl_Position = vec4(at.xy + vec2(offset.x, -offset.y) * at.w, at.zw);
  v_uv = (a_cell + a_corner * 0.5 + 0.5) / u_cells;
  v_alpha = 1.0 - hullShare();
}`

export const markFragment = `#version 300 es
precision mediump float;
in vec2 v_uv;
in float v_alpha;
uniform sampler2D u_atlas;
out vec4 colour;
void main() {
  colour = texture(u_atlas, v_uv) * v_alpha;
}`

export const hullVertex = `${motion}
in vec2 a_outline;    // x: -1 port … 1 starboard, y: 0 stern … 1 bow
in vec4 a_colour;     // alpha: how full the hull is painted
uniform float u_fill; // 1 = inside, 0 = outline
out vec4 v_colour;
void main() {
  float across = a_outline.x < 0.0 ? a_outline.x * a_hull.z : a_outline.x * a_hull.w;
  float centre = (a_hull.w - a_hull.z) * 0.5;
  // The bow meets on the centre line, which is not the antenna's.
  across = a_outline.x == 0.0 ? centre : across;
  float along = mix(-a_hull.y, a_hull.x, a_outline.y);
  float s = sin(a_heading), c = cos(a_heading);
  vec2 offset = vec2(across * c + along * s, across * s - along * c);
  gl_Position = u_matrix * vec4(placed() + offset, 0.0, 1.0);
  float alpha = hullShare() * mix(1.0, a_colour.a, u_fill);
  v_colour = vec4(a_colour.rgb * alpha, alpha);
}`

export const hullFragment = `#version 300 es
precision mediump float;
in vec4 v_colour;
out vec4 colour;
void main() {
  colour = v_colour;
}`
