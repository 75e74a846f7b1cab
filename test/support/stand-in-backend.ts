const server = `
import argparse, http.server, importlib, json, os

options = argparse.ArgumentParser()
options.add_argument("app")
options.add_argument("--reload", action="store_true")
options.add_argument("--host")
options.add_argument("--port", type=int)
options.add_argument("--env-file")
options.add_argument("--timeout-graceful-shutdown", type=int)
given = options.parse_args()
importlib.import_module(given.app.split(":")[0])
settings = open(given.env_file).read()


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"pid": os.getpid(), "settings": len(settings)}).encode()
        self.send_response(200 if self.path == "/health" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


print("serving", flush=True)
http.server.ThreadingHTTPServer((given.host, given.port), Answer).serve_forever()
`

/** A backend that needs nothing from the network: a uvicorn of its own in a few lines of Python. */
export const standInBackend: Readonly<Record<string, string>> = {
  'main.py': '',
  'requirements.txt': '# none\n',
  '.gitignore': '.venv/\n__pycache__/\n',
  'uvicorn/__main__.py': server,
}
