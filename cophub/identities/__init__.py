"""Who is who: one directory of people and organisations, made of what accounts say."""
