import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { OPERATIONS } from '../../src/lib/contracts/api-operations.ts';
import { openApiDocument } from '../../src/lib/contracts/openapi.ts';
import { ROOT, sources } from '../support/sources.ts';

type Json = Record<string, unknown>;
const document = openApiDocument('https://t.example.org');
const at = (value: unknown, ...path: string[]): unknown =>
	path.reduce<unknown>((found, key) => (found as Json | undefined)?.[key], value);
const entries = (value: unknown) => Object.entries((value ?? {}) as Record<string, Json>);
const operations = entries(document['paths']).flatMap(([path, item]) =>
	entries(item).map(([method, operation]) => ({ path, method, operation }))
);

/** `{id}` in the document is `[id]` in the tree. */
const routes = sources('src/routes/api/v1/**/+server.ts').flatMap(({ path, text }) => {
	const address = dirname(path)
		.replace('src/routes/api/v1', '')
		.replaceAll(/\[(\w+)\]/g, '{$1}');
	return [...text.matchAll(/export const (GET|POST|PUT|PATCH|DELETE)\b/g)].map(
		([, method]) => `${method} ${address}`
	);
});

test('every route has an operation and every operation a route', () => {
	const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
	expect(routes.length).toBeGreaterThan(5);
	expect(described.sort()).toEqual(routes.sort());
});

test('the document has what OpenAPI 3.1 demands at the top', () => {
	expect(document['openapi']).toMatch(/^3\.1\.\d+$/);
	expect(document['info']).toMatchObject({ title: 'Tapdone API', version: '1' });
	expect(document['servers']).toEqual([{ url: 'https://t.example.org/api/v1' }]);
	const known = ['openapi', 'info', 'externalDocs', 'servers', 'paths', 'components'];
	expect(Object.keys(document).filter((key) => !known.includes(key))).toEqual([]);
});

test('operation ids are there and unique', () => {
	const ids = operations.map(({ operation }) => operation['operationId']);
	expect(ids.every((id) => typeof id === 'string' && id !== '')).toBe(true);
	expect(new Set(ids).size).toBe(ids.length);
});

test.each(operations)('$method $path is a valid operation', ({ path, operation }) => {
	const parameters = (operation['parameters'] ?? []) as Json[];
	for (const { name, in: place, required, schema } of parameters) {
		expect(['path', 'query', 'header', 'cookie']).toContain(place);
		expect(typeof name).toBe('string');
		expect(schema).toBeTypeOf('object');
		if (place === 'path') expect(required).toBe(true);
	}
	const names = parameters.map(({ name, in: place }) => `${String(place)} ${String(name)}`);
	expect(new Set(names).size).toBe(names.length);
	const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `path ${name}`);
	expect(names.filter((name) => name.startsWith('path '))).toEqual(inPath);

	const responses = entries(operation['responses']);
	expect(responses.some(([status]) => status.startsWith('2'))).toBe(true);
	for (const [status, response] of responses) {
		expect(status).toMatch(/^[1-5]\d\d$/);
		expect(response['description']).toBeTypeOf('string');
		const types = Object.keys(response['content'] ?? {});
		if (Number(status) >= 400) expect(types).toEqual(['application/problem+json']);
	}
	for (const scheme of (operation['security'] as Json[]).flatMap((one) => Object.keys(one)))
		expect(at(document, 'components', 'securitySchemes', scheme)).toBeTypeOf('object');
});

test('every reference points to something, and every named schema is used', () => {
	const text = JSON.stringify(document);
	const used = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
		([, name]) => name ?? ''
	);
	const named = Object.keys(at(document, 'components', 'schemas') as Json);
	expect(used.filter((name) => !named.includes(name))).toEqual([]);
	expect(named.filter((name) => !used.includes(name))).toEqual([]);
	expect(text).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
});

test('what is written needs an Idempotency-Key, and what needs a key says which scope', () => {
	for (const { method, idempotent, scope } of OPERATIONS) {
		expect(idempotent !== undefined).toBe(method === 'post');
		if (method === 'post') expect(scope).toBe('cases:write');
	}
});

test('a page shows it', () => {
	expect(existsSync(join(ROOT, 'src/routes/api/+page.svelte'))).toBe(true);
});
