import type { ASTNode } from '@marcbachmann/cel-js';

/** The variables whose fields an expression may read. */
const RECORDS = ['facts', 'input', 'values', 'answer', 'sent'] as const;

/**
 * What an expression may call. A list of what is allowed, because the library's own set has a
 * regular expression without a bound (`matches`), ways around the types (`dyn`, `bytes.json`) and
 * ways to grow text without end (`cel.bind` nested).
 */
const FUNCTIONS = new Set([
	...['size', 'string', 'int', 'bool', 'has'],
	...['startsWith', 'endsWith', 'contains', 'lowerAscii', 'upperAscii', 'trim'],
	...['indexOf', 'lastIndexOf', 'substring'],
	...['all', 'exists', 'exists_one', 'map', 'filter'],
	...['daysBetween', 'addDays', 'addMonths', 'min', 'max', 'divideUp']
]);

const COMPREHENSIONS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

export interface Refusal {
	message: string;
	cure: string;
}

interface Inspection {
	/** Everything read: `facts.balance`, `today`. */
	reads: string[];
	/** Fields that must be there before it is evaluated: those read outside any `has()`. */
	needs: string[];
	refusals: Refusal[];
}

/** Walks an expression once: what it reads, what it needs, and what of it is not allowed. */
export function inspect(ast: ASTNode): Inspection {
	const reads = new Set<string>();
	const guarded = new Set<string>();
	const refusals = new Map<string, Refusal>();
	const refuse = (message: string, cure: string) => refusals.set(message, { message, cure });

	const field = (node: ASTNode): string | undefined => {
		const [target, name] =
			node.op === '.'
				? node.args
				: node.op === '[]' && node.args[1].op === 'value'
					? [node.args[0], node.args[1].args]
					: [];
		if (target?.op !== 'id' || typeof name !== 'string') return undefined;
		return isRecord(target.args) ? `${target.args}.${name}` : undefined;
	};

	const visitCall = (name: string, target: ASTNode | undefined, args: ASTNode[], scope: Scope) => {
		if (!FUNCTIONS.has(name))
			refuse(
				`${name}() is not allowed`,
				name === 'matches'
					? 'Use startsWith, endsWith, contains or ==: a regular expression can run without end.'
					: `Use one of: ${[...FUNCTIONS].join(', ')}.`
			);
		if (name === 'has' && args.length === 1 && field(args[0]!) !== undefined) {
			guarded.add(field(args[0]!)!);
			reads.add(field(args[0]!)!);
			return;
		}
		if (target) visit(target, scope);
		if (!target || !COMPREHENSIONS.has(name)) {
			for (const arg of args) visit(arg, scope);
			return;
		}
		if (scope.inside)
			refuse(
				`${name}() inside another of its kind is not allowed`,
				'Split it into two clauses, or compute the inner part first.'
			);
		const local = args[0]?.op === 'id' ? [args[0].args] : [];
		const inner = { inside: true, locals: [...scope.locals, ...local] };
		for (const arg of args.slice(1)) visit(arg, inner);
	};

	const visit = (node: ASTNode, scope: Scope): void => {
		const read = field(node);
		if (read !== undefined) {
			reads.add(read);
			return;
		}
		switch (node.op) {
			case 'id':
				if (scope.locals.includes(node.args)) return;
				if (isRecord(node.args))
					refuse(`${node.args} is used whole`, `Name one field of it: ${node.args}.name.`);
				else reads.add(node.args);
				return;
			case 'value':
				if (typeof node.args === 'number')
					refuse(
						'Numbers with a fraction are not allowed',
						'Use whole numbers: money is in minor units, 12.50 is 1250.'
					);
				else if (typeof node.args === 'object' && node.args !== null)
					refuse('Bytes and unsigned numbers are not allowed', 'Use text or a whole number.');
				return;
			case 'call':
				return visitCall(node.args[0], undefined, node.args[1], scope);
			case 'rcall':
				return visitCall(node.args[0], node.args[1], node.args[2], scope);
			default:
				for (const child of children(node.args)) visit(child, scope);
		}
	};

	visit(ast, { inside: false, locals: [] });
	const needs = [...reads].filter((read) => read.includes('.') && !guarded.has(read));
	return { reads: [...reads], needs, refusals: [...refusals.values()] };
}

interface Scope {
	/** Within the body of all, exists, map or filter. */
	inside: boolean;
	locals: string[];
}

const isRecord = (name: string): boolean => (RECORDS as readonly string[]).includes(name);

function children(args: unknown): ASTNode[] {
	if (Array.isArray(args)) return args.flatMap(children);
	return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
