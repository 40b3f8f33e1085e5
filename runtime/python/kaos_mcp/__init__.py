"""An MCP server whose tools are Python functions."""
