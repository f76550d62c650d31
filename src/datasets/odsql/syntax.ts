/** The tree of a query as it is written, before names and types are known. Every node knows where it stands. */
import type { Span } from './malformed.ts'

export type TextLiteral = Span & { kind: 'text'; value: string }
export type NumberLiteral = Span & { kind: 'number'; value: number; text: string }
export type DateLiteral = Span & { kind: 'date'; text: string }
export type Literal =
  | TextLiteral
  | NumberLiteral
  | DateLiteral
  | (Span & { kind: 'boolean'; value: boolean })
  | (Span & { kind: 'null' })
export type Name = Span & { kind: 'name'; name: string }
/** `name=+1` of now(). */
export type NamedArgument = Span & { name: string; value: number }

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/'

export type Node = Span &
  (
    | Literal
    | Name
    | { kind: 'geometry'; text: string }
    /** A number with a unit: `10km`, `1 day`. */
    | { kind: 'quantity'; amount: number; unit: string }
    | { kind: 'star' }
    | { kind: 'call'; fn: string; isDistinct: boolean; args: Node[]; named: NamedArgument[] }
    | { kind: 'negate'; of: Node }
    | { kind: 'arithmetic'; operator: ArithmeticOperator; left: Node; right: Node }
    | { kind: 'compare'; operator: ComparisonOperator; left: Node; right: Node }
    | { kind: 'like'; of: Node; text: TextLiteral }
    | { kind: 'is'; of: Node; isNot: boolean; what: 'null' | 'true' | 'false' }
    | { kind: 'in-list'; of: Node; values: Literal[] }
    | { kind: 'in-range'; of: Node; from: Literal; to: Literal; opensAfter: boolean; endsBefore: boolean }
    | { kind: 'in-field'; value: Literal; of: Name }
    | { kind: 'and' | 'or'; of: Node[] }
    | { kind: 'not'; of: Node }
  )

export type SelectItem = Span &
  (
    | { kind: 'all' }
    | { kind: 'pattern'; keeps: boolean; names: { name: string; isPrefix: boolean }[] }
    /** `label` is the text of the expression where none was given. */
    | { kind: 'expression'; of: Node; label: string; isLabelled: boolean }
  )

export interface GroupKey extends Span {
  of: Node
  label: string
  isLabelled: boolean
}

export interface OrderItem extends Span {
  of: Node
  descending: boolean
}

export interface FacetRequest extends Span {
  name: string
  disjunctive?: boolean
  hierarchical?: boolean
  separator?: string
  sort?: FacetSort
  limit?: number
}
export type FacetSort = 'count' | '-count' | 'alphanum' | '-alphanum' | 'num' | '-num'

/** `field:value` of refine and exclude. */
export interface FacetChoice extends Span {
  name: string
  value: string
}
