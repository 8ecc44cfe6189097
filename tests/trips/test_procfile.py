"""The Procfile's lines run under an ordinary Procfile runner (honcho)."""

import subprocess
import sys
from pathlib import Path

from support.houses.running_house import RunningHouse

PROCFILE = Path(__file__).parents[2] / "Procfile"
HONCHO = Path(sys.executable).with_name("honcho")


def test_every_line_of_the_procfile_starts_and_the_house_works(grown_up_house: RunningHouse):
    house = grown_up_house
    binaries = f"{HONCHO.parent}:{house.environment.get('PATH', '')}"
    environment = house.environment | {"PORT": str(house.port), "PATH": binaries}
    with (house.folder / "honcho.log").open("wb") as log:
        release = [HONCHO, "--procfile", PROCFILE, "run", "ventil", "migrate"]
        subprocess.run(release, env=environment, cwd=house.folder, check=True, timeout=60, stdout=log, stderr=log)
        started = [HONCHO, "--procfile", PROCFILE, "start", "web", "worker", "relay", "clock", "lmtp"]
        house.processes["honcho"] = subprocess.Popen(
            started, env=environment, cwd=house.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    house.wait_until(house.is_ready, "the house")
    house.hand_in("Lyktan är trasig", reporter={"name": "Rut", "email": "rut@prov.example"})
    house.letters_to("rut@prov.example")
