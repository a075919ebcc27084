"""What libav does with somebody's file: in a process of its own, bounded in time and memory.

Decoding may take any memory and any time, or crash; none of that reaches the bot.
"""
