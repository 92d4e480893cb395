import os, sys
import pytest
sys.path.insert(0,"/tmp")
@pytest.mark.django_db
def test_seeds():
    import tryseeds
    a,b,d=map(int,os.environ["SEEDS"].split(","))
    tryseeds.main(a,b,d)
