import { describe, expect, test } from 'vitest'
import { luaTable } from './lua-table.ts'

describe('Lua table text', () => {
  const lines: [unknown, string][] = [
    [{ name: 'x' }, '{name="x"}'],
    [{ b: 1, a: true }, '{a=true,b=1}'],
    [{ upstream: { id: 'u' }, target: 't' }, '{target="t",upstream={id="u"}}'],
    [{ name: null }, '{name=null}'],
    [['a', 'b'], '{"a","b"}'],
    [[null, 'b'], '{[2]="b"}'],
    [['a', null, 'c'], '{"a",[3]="c"}'],
    [{ '@entity': ['x'], end: 1, 'a-b': 2 }, '{["@entity"]={"x"},["a-b"]=2,["end"]=1}'],
    [{ a: 'say "hi" \\' }, '{a="say \\"hi\\" \\\\"}'],
    [{ a: 'two\nlines' }, '{a=[[two\nlines]]}'],
    [{ a: 'x]]y' }, '{a=[=[x]]y]=]}'],
    [{}, '{}'],
  ]
  for (const [value, text] of lines) test(text, () => expect(luaTable(value)).toBe(text))

  test('indented', () => {
    expect(luaTable({ b: { c: ['x', 'y'] }, a: 1 }, 'indented')).toBe(
      '{\n  a = 1,\n  b = {\n    c = {\n      "x",\n      "y"\n    }\n  }\n}',
    )
  })
})
