"""Words without a domain: problems, lifecycles, ids, pages, settings and the way to the database."""
