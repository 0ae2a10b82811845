import { precedes } from './candidate.ts'
import { flat } from './flat-string.ts'
import type { Candidate } from './candidate.ts'

/**
 * A radix tree of path prefixes; at each prefix its candidates. Finding the prefixes of a path costs the length of the path. A tree is
 * its root, and the first child and the first candidate lie in the node itself: most nodes have no other.
 */
export interface PathTree<T> {
  /** Text between the parent's prefix and this one. */
  label: string
  child: PathTree<T> | undefined
  /** All children, if there are several, at the code of the first character of their label less `base`; `child` is one of them. */
  children: (PathTree<T> | undefined)[] | undefined
  base: number
  /** The best candidate. */
  candidate: Candidate<T> | undefined
  /** The other candidates, best first. */
  others: Candidate<T>[] | undefined
}

export function newPathTree<T>(label = ''): PathTree<T> {
  return { label, child: undefined, children: undefined, base: 0, candidate: undefined, others: undefined }
}

export function isEmpty(tree: PathTree<unknown>): boolean {
  return tree.candidate === undefined && tree.child === undefined
}

/** Puts the nodes with candidates that lie on the way of `path` into `nodes` from index 0, shortest prefix first; returns how many. */
export function collectPrefixes<T>(tree: PathTree<T>, path: string, nodes: PathTree<T>[]): number {
  let count = 0
  let at = 0
  for (let node = tree; ;) {
    if (node.candidate) nodes[count++] = node
    const next: PathTree<T> | undefined = node.children ? node.children[path.charCodeAt(at) - node.base] : node.child
    if (!next || !path.startsWith(next.label, at)) return count
    at += next.label.length
    node = next
  }
}

export function insert<T>(tree: PathTree<T>, candidate: Candidate<T>): void {
  let node = tree
  let rest = candidate.prefix
  while (rest !== '') {
    const child = childAt(node, rest.charCodeAt(0))
    if (!child) {
      const added = newPathTree<T>(flat(rest))
      setChild(node, added)
      node = added
      break
    }
    const common = commonLength(child.label, rest)
    node = common === child.label.length ? child : split(node, child, common)
    rest = rest.slice(common)
  }
  insertSorted(node, candidate)
}

/** Takes out a candidate that was inserted, and the nodes that nothing needs any more. */
export function remove<T>(tree: PathTree<T>, candidate: Candidate<T>): void {
  const way = [tree]
  for (let at = 0; at < candidate.prefix.length;) {
    const node = childAt(way.at(-1)!, candidate.prefix.charCodeAt(at))!
    way.push(node)
    at += node.label.length
  }
  const node = way.at(-1)!
  if (node.candidate === candidate) node.candidate = node.others?.shift()
  else node.others!.splice(node.others!.indexOf(candidate), 1)
  if (node.others?.length === 0) node.others = undefined
  tidy(way)
}

function childAt<T>(node: PathTree<T>, first: number): PathTree<T> | undefined {
  if (node.children) return node.children[first - node.base]
  return node.child?.label.charCodeAt(0) === first ? node.child : undefined
}

/** Adds a child or puts it in the place of the one that begins with the same character. */
function setChild<T>(parent: PathTree<T>, child: PathTree<T>): void {
  const code = child.label.charCodeAt(0)
  const known = parent.child?.label.charCodeAt(0)
  if (!parent.children && known !== undefined && known !== code) {
    parent.children = [parent.child]
    parent.base = known
  }
  if (parent.children) setAt(parent, parent.children, code, child)
  if (known === undefined || known === code) parent.child = child
}

function setAt<T>(parent: PathTree<T>, children: (PathTree<T> | undefined)[], code: number, child: PathTree<T>): void {
  while (code < parent.base) {
    children.unshift(undefined)
    parent.base--
  }
  while (children.length < code - parent.base) children.push(undefined)
  children[code - parent.base] = child
}

function deleteChild<T>(parent: PathTree<T>, child: PathTree<T>): void {
  if (parent.children) parent.children[child.label.charCodeAt(0) - parent.base] = undefined
  const left = parent.children?.filter((other) => other !== undefined) ?? []
  if (parent.child === child) parent.child = left[0]
  if (left.length <= 1) parent.children = undefined
}

function commonLength(a: string, b: string): number {
  let i = 0
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i++
  return i
}

/** Puts a node between parent and child that holds the first `length` characters of the child's label. */
function split<T>(parent: PathTree<T>, child: PathTree<T>, length: number): PathTree<T> {
  const between = newPathTree<T>(flat(child.label.slice(0, length)))
  setChild(parent, between)
  child.label = flat(child.label.slice(length))
  setChild(between, child)
  return between
}

function insertSorted<T>(node: PathTree<T>, candidate: Candidate<T>): void {
  if (!node.candidate) {
    node.candidate = candidate
    return
  }
  const others = (node.others ??= [])
  if (precedes(candidate, node.candidate)) {
    others.unshift(node.candidate)
    node.candidate = candidate
    return
  }
  let low = 0
  let high = others.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (precedes(others[middle]!, candidate)) low = middle + 1
    else high = middle
  }
  others.splice(low, 0, candidate)
}

/** Removes the last node of the way if nothing needs it, and joins a node that only leads on to one other with that one. */
function tidy<T>(way: readonly PathTree<T>[]): void {
  for (let i = way.length - 1; i > 0; i--) {
    const node = way[i]!
    if (node.candidate || node.children) return
    const parent = way[i - 1]!
    if (!node.child) {
      deleteChild(parent, node)
    } else {
      node.child.label = flat(node.label + node.child.label)
      setChild(parent, node.child)
      return
    }
  }
}
