KEYS = {}
