"""Expressions of time: calendar arithmetic, the grammar of English dates, and what each form stands for."""
