import ts from 'typescript';

/** The keys of the object of handlers: the first object literal that jobs/handlers.ts returns or exports. */
export function handlerNames(text: string): string[] {
	const file = ts.createSourceFile('handlers.ts', text, ts.ScriptTarget.Latest, true);
	const record = first(file);
	return (record?.properties ?? []).map(({ name }) =>
		name && ts.isStringLiteral(name) ? name.text : (name?.getText() ?? '')
	);
}

function first(node: ts.Node): ts.ObjectLiteralExpression | undefined {
	if (ts.isObjectLiteralExpression(node)) return node;
	return ts.forEachChild(node, first);
}
