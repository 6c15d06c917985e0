import ts from 'typescript';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'fallback'];

/** One thing of a route file that answers a request, and what it calls. */
export interface Handler {
	/** `load`, `actions.default`, `POST`. */
	name: string;
	calls: Set<string>;
}

/** Every load, form action and request handler that a route file exports. */
export function handlersOf(path: string, text: string): Handler[] {
	const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
	return file.statements.filter(isExported).flatMap((statement) => {
		if (ts.isFunctionDeclaration(statement)) return handler(statement.name?.text ?? '', statement);
		if (!ts.isVariableStatement(statement)) return [];
		return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
			initializer ? handler(name.getText(), initializer) : []
		);
	});
}

function handler(name: string, node: ts.Node): Handler[] {
	if (name === 'load' || METHODS.includes(name)) return [{ name, calls: callsIn(node) }];
	if (name !== 'actions') return [];
	const actions = unwrap(node);
	if (!ts.isObjectLiteralExpression(actions)) return [{ name, calls: new Set() }];
	return actions.properties.map((property) => ({
		name: `actions.${property.name?.getText() ?? '?'}`,
		calls: callsIn(property)
	}));
}

function unwrap(node: ts.Node): ts.Node {
	if (ts.isSatisfiesExpression(node) || ts.isAsExpression(node)) return unwrap(node.expression);
	return node;
}

function callsIn(node: ts.Node): Set<string> {
	const calls = new Set<string>();
	const visit = (child: ts.Node) => {
		if (ts.isCallExpression(child)) calls.add(child.expression.getText());
		ts.forEachChild(child, visit);
	};
	visit(node);
	return calls;
}

function isExported(statement: ts.Statement): boolean {
	const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : [];
	return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}
