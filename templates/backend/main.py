"""The application: uvicorn main:app"""

from contextlib import asynccontextmanager

from fastapi import FastAPI

from backend.log import RequestLog, set_up_logging
from backend.routes import health, tenants
from backend.services import Services
from backend.settings import read_settings


@asynccontextmanager
async def lifespan(app: FastAPI):
    settings = read_settings()
    set_up_logging(settings.log_level)
    app.state.settings = settings
    app.state.services = Services(settings)
    yield
    # uvicorn has let the open requests end before it comes here.
    app.state.services.close()


# Addresses in the documentation are relative: Nginx serves it all below /api.
app = FastAPI(
    title="Agent Mitra backend",
    servers=[{"url": "."}],
    docs_url=None,
    redoc_url=None,
    lifespan=lifespan,
)
app.add_middleware(RequestLog)
app.include_router(health)
app.include_router(tenants)
