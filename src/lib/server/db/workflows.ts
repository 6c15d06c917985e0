import { compileWorkflow, type CompiledWorkflow } from '../../domain/policy/compile.ts';
import type { PublishedWorkflow, WorkflowDocument } from '../../domain/workflow/document.ts';
import { createRecent, type Recent } from '../recent.ts';
import type { Db } from './connect.ts';

/** A published version with its compiled clauses. */
export interface Workflow extends PublishedWorkflow {
	compiled: CompiledWorkflow;
}

const MOST_KEPT = 200;

// A published version never changes (the table refuses it), so what is compiled stays true.
const compiledVersions = createRecent<Workflow>(MOST_KEPT);

// And what a database was once asked for needs no second question. Two databases may have
// different documents under one name, so each has its own answers.
const answers = new WeakMap<Db, Recent<Workflow>>();

/** What is kept of a database; a transaction is a new object each time, so it asks. */
function answersOf(db: Db): Recent<Workflow> | undefined {
	if (db.isTransaction) return undefined;
	const known = answers.get(db) ?? createRecent<Workflow>(MOST_KEPT);
	answers.set(db, known);
	return known;
}

/** The document is read and compiled once a process; after that its hash alone crosses the wire. */
async function compiled(db: Db, key: string, version: number, hash: string): Promise<Workflow> {
	const id = `${key}@${version} ${hash}`;
	const known = compiledVersions.get(id);
	if (known) return known;
	const row = await db
		.selectFrom('workflows')
		.select('document')
		.where('key', '=', key)
		.where('version', '=', version)
		.executeTakeFirstOrThrow();
	const document = row.document as WorkflowDocument;
	const made = compileWorkflow(document);
	if (!made.ok) throw new Error(`Workflow ${key} version ${version} does not compile any more.`);
	const workflow = { key, version, document, compiled: made.value };
	compiledVersions.set(id, workflow);
	return workflow;
}

/** The version that a case started with; without a query where this node has asked for it before. */
export async function loadWorkflow(db: Db, key: string, version: number): Promise<Workflow> {
	const kept = answersOf(db);
	const known = kept?.get(`${key}@${version}`);
	if (known) return known;
	const { hash } = await db
		.selectFrom('workflows')
		.select('hash')
		.where('key', '=', key)
		.where('version', '=', version)
		.executeTakeFirstOrThrow(() => new Error(`There is no workflow ${key} version ${version}.`));
	const workflow = await compiled(db, key, version, hash);
	kept?.set(`${key}@${version}`, workflow);
	return workflow;
}

/** What a new case starts with; `null` if nothing is published under this key. */
export async function latestWorkflow(db: Db, key: string): Promise<Workflow | null> {
	const row = await db
		.selectFrom('workflows')
		.select(['version', 'hash'])
		.where('key', '=', key)
		.orderBy('version', 'desc')
		.limit(1)
		.executeTakeFirst();
	return row ? compiled(db, key, row.version, row.hash) : null;
}
