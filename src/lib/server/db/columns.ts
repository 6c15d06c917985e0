import type { ColumnType } from 'kysely';

export type Json<Value> = ColumnType<Value, string, string>;
export type Time = ColumnType<Date, Date, Date>;
/** Set by the database unless given. */
export type TimeOrNow = ColumnType<Date, Date | undefined, Date>;
export type Timeless = ColumnType<Date | null, Date | null | undefined, Date | null>;
