import sys, time, os
n=int(sys.argv[1]); sys.argv=["x"]
import bench.simulation as b
from django.db import connection
def cpu(pid):
    f=open(f"/proc/{pid}/stat").read().rsplit(")",1)[1].split(); return (int(f[11])+int(f[12]))/os.sysconf("SC_CLK_TCK")
e=b.build(10000,120000)
pid=b.one("select pg_backend_pid()")
from collections_app.engine.simulation import living
orig=living.Side._live_day; per=[]
def day(self, number, on):
    c=cpu(pid); p=time.process_time(); orig(self,number,on); per.append((cpu(pid)-c, time.process_time()-p))
living.Side._live_day=day
c=cpu(pid); p=time.process_time(); t=time.perf_counter()
print(b.measure(e,n,alone=True))
print("wall",time.perf_counter()-t,"pg cpu",cpu(pid)-c,"py cpu",time.process_time()-p)
print("per night pg", sum(x for x,_ in per[5:])/len(per[5:]), "py", sum(y for _,y in per[5:])/len(per[5:]))
