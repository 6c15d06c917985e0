import type { Frame } from './lib/contracts/pages.ts';
import type { Allowed } from './lib/server/web/headers.ts';

declare global {
	namespace App {
		interface Locals {
			/** Names this request in the logs and in the answer's `x-request-id`. */
			requestId: string;
			/** Language, direction and brand of the page, as hooks write them into `<html>`. */
			frame?: Frame;
			/** The database was away or busy: the answer says so instead of blaming ourselves. */
			busy?: boolean;
			/** What this page needs that no other may do. */
			allowed?: Allowed;
			/** The customer was erased while the request was under way. */
			erased?: boolean;
		}
		interface Error {
			message: string;
			/** Of the request in the log. */
			requestId?: string;
			busy?: boolean;
		}
	}
}
