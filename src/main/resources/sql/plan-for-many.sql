-- The tables of a plan have no statistics: guessing few rows, PostgreSQL would loop over all rows for each row, or sort them all; hashing fits few and many.
SELECT set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true), set_config('work_mem', '32MB', true)
