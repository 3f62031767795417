"""Screens: widgets that show what `admin_tui.views` makes of what is known, and turn keys into commands.

How to add a numbered view:

1. `admin_tui/views/NAME.py`: pure functions from Structs to rows, columns and lines. No Textual.
2. `admin_tui/keys.py`: its scope and its screen. Bindings, footer, `?` page and palette follow from it.
3. `admin_tui/screens/NAME.py`: a `RowsView` (rows in memory, above them lines, below them the chosen row in detail) or
   a plain `View`:

       class FailuresView(RowsView[FailureRow]):
           name_ = "failures"
           BINDINGS = bindings("tables", "failures")

           def key(self, row): ...              # the row's identity: the cursor and the marks stay on it
           def rows(self, known): ...           # all rows, in the order that is shown
           def columns(self, known): ...
           def top(self, width): ...            # lines above the table
           def detail(self, row, width, height): ...
           def read(self): ...                  # asks the engine for what the snapshot lacks, by `self.poll`
           def commands(self): return {**super().commands(), "open": ...}
           def target(self, key_name): ...      # what a key that changes something is done to

4. `admin_tui/screens/table.py`: one line.

Rules:

* A key's name in the table is the command's name. `commands` are those of the view; those of everywhere are the
  shell's. A key that changes something has no command: the conductor gets its name and the view's `target`, by value.
* The engine is asked by `View.ask` and `View.poll` only: no call is cancelled, late answers are dropped, an
  `EngineError` becomes `View.failed` (words above the footer; what was shown stays). Nothing else is awaited.
* `update_` is called each second while the view is shown, and when it comes to the front: it draws from `self.known`.
  Times are counted by `known.now_ms`, the server's clock.
* Every string goes through `admin_tui.text.safe` or `Span`s made by it; widgets of Textual that take text get
  `markup=False` or a `Content`.
"""
