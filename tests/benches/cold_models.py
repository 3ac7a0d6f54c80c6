"""CPU time of `bedrock-gateway models` with a list on disk; the simulator stands in for AWS."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile

RUNS = 20
BUILT = sys.argv[1] if len(sys.argv) > 1 else "target/release"


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    simulator = subprocess.Popen(
        [os.path.join(BUILT, "bedrock-simulator")], stdout=subprocess.PIPE, text=True
    )
    try:
        url = simulator.stdout.readline().split()[1]
        with tempfile.TemporaryDirectory() as home:
            measure(url, home)
    finally:
        simulator.terminate()
        simulator.wait()


def measure(url, home):
    environment = {
        "HOME": home,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
    command = [os.path.join(BUILT, "bedrock-gateway"), "models"]

    def run():
        before = cpu_of_children()
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        return 1000 * (cpu_of_children() - before)

    print(f"filling the cache: {run():.1f} ms")
    times = [run() for _ in range(RUNS)]
    print(f"least {min(times):.1f} ms, median {statistics.median(times):.1f} ms")


main()
