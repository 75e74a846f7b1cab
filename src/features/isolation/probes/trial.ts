import {codeOf, messageOf} from '../../../errors.js'
import type {Session} from '../../../ports/database.js'
import {literal} from '../../../ports/sql-text.js'

/** What the server said to one attempt. */
export interface Answer {
  /** SQLSTATE of the refusal; absent when it was done. */
  readonly code?: string
  /** The server's words, where it refused. */
  readonly message?: string
  /** The first cell, for an attempt that asks. */
  readonly value?: string
  /** Rows touched, for one that does. */
  readonly rows?: number
}

/** One thing that a tenant might do. The last statement counts, those before it prepare. */
export interface Attempt {
  readonly rule: string
  readonly object: string
  readonly sql: readonly string[]
  /** A query is asked for its first cell; anything else is done and its rows are counted. */
  readonly isQuery: boolean
  /** What is wrong, if the answer shows something; undefined when the wall held. */
  readonly shows: (answer: Answer) => string | undefined
}

/** Statements to be tried on the server, each for itself. */
interface Tried {
  readonly sql: readonly string[]
  readonly isQuery: boolean
}

/**
 * Tries all of them in one round trip, inside the transaction that is open. Each is a subtransaction
 * that is undone whatever it did, unless `keeps`; so a change of role or setting ends with it too.
 */
export async function tryAll(
  session: Session,
  attempts: readonly Tried[],
  {keeps = false} = {},
): Promise<readonly Answer[]> {
  if (attempts.length === 0) return []
  const list = attempts.map(({sql, isQuery}, id) => ({id, sql, is_query: isQuery}))
  const {rows} = await session.script(trialSql(JSON.stringify(list), keeps))
  const answers: readonly Answer[] = JSON.parse(String(rows[0]?.[0]))
  return answers
}

/**
 * Statements that only a session itself can be given, and that change nothing: COPY to the client. Their
 * rows are counted.
 */
export async function readEach(
  session: Session,
  statements: readonly string[],
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  await session.script('SAVEPOINT mitra_attempt')
  for (const sql of statements) {
    try {
      answers.push({rows: (await session.script(sql)).rowCount})
    } catch (error) {
      answers.push({code: codeOf(error) ?? 'unknown', message: messageOf(error)})
      await session.script('ROLLBACK TO mitra_attempt')
    }
  }
  return answers
}

// The error that undoes an attempt which was done; caught in the same block.
const undoState = 'MT020'

function trialSql(list: string, keeps: boolean): string {
  return `DO $mitra_trial$
DECLARE
  attempt record;
  statement text;
  place int;
  answers jsonb := '[]';
  answer jsonb;
  cell text;
  touched bigint;
  state text;
  words text;
BEGIN
  FOR attempt IN
    SELECT a.id, a.sql, a.is_query
      FROM pg_catalog.jsonb_to_recordset(${literal(list)}::jsonb) a (id int, sql text[], is_query boolean)
     ORDER BY a.id
  LOOP
    BEGIN
      answer := '{}';
      FOR place IN 1 .. pg_catalog.cardinality(attempt.sql) LOOP
        statement := attempt.sql[place];
        IF attempt.is_query AND place = pg_catalog.cardinality(attempt.sql) THEN
          EXECUTE statement INTO cell;
          answer := pg_catalog.jsonb_build_object('value', cell);
        ELSE
          EXECUTE statement;
          GET DIAGNOSTICS touched = ROW_COUNT;
          answer := pg_catalog.jsonb_build_object('rows', touched);
        END IF;
      END LOOP;
      IF NOT ${keeps} THEN RAISE EXCEPTION USING ERRCODE = '${undoState}', MESSAGE = 'undone'; END IF;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, words = MESSAGE_TEXT;
      IF state <> '${undoState}' THEN
        answer := pg_catalog.jsonb_build_object('code', state, 'message', words);
      END IF;
    END;
    answers := answers || pg_catalog.jsonb_build_array(pg_catalog.jsonb_strip_nulls(answer));
  END LOOP;
  PERFORM pg_catalog.set_config('mitra.answers', answers::text, true);
END
$mitra_trial$;
SELECT pg_catalog.current_setting('mitra.answers')`
}
