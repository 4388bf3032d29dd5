"""The script of the pages. It says where the visitor is, and nothing when they do not want it."""

# ``S``: where hits go. ``C``: whether the visitor must have agreed. The cookie belongs to the site
# that the page is on; no other site can read it.
# ruff: noqa: E501

_SCRIPT = """(function(){
var d=document,n=navigator,w=window,S="%(url)s",C=%(consent)s;
if(n.doNotTrack=="1"||w.doNotTrack=="1"||n.globalPrivacyControl)return w.enishi={agree:function(){},view:function(){}};
function get(k){var m=d.cookie.match("(?:^|; )"+k+"=([^;]*)");return m?m[1]:""}
function set(k,v){d.cookie=k+"="+v+";path=/;max-age="+(v?34128000:0)+";samesite=lax"+(location.protocol=="https:"?";secure":"")}
var last="",from=d.referrer,busy=0,wait=[];
function send(b){
var v=get("%(cookie)s");
if(v){b.v=v;var t=JSON.stringify(b);if(n.sendBeacon&&n.sendBeacon(S,t))return;
fetch(S,{method:"POST",body:t,keepalive:true,mode:"no-cors"}).catch(function(){});return}
if(busy){wait.push(b);return}busy=1;
fetch(S+"?n=1",{method:"POST",body:JSON.stringify(b),keepalive:true}).then(function(r){return r.ok?r.text():""})
.then(function(v){if(v)set("%(cookie)s",v);busy=0;wait.splice(0).forEach(v?send:function(){})}).catch(function(){busy=0})}
function view(){
if(C&&!get("%(agreed)s"))return;
var u=location.href.split("#")[0];if(u==last)return;last=u;
send({u:u,r:from,t:d.title,m:n.webdriver?1:0});from=u}
w.enishi={view:view,agree:function(){set("%(agreed)s","1");view()},
forget:function(){set("%(agreed)s","");set("%(cookie)s","")}};
var p=history.pushState;history.pushState=function(){p.apply(history,arguments);setTimeout(view,0)};
addEventListener("popstate",view);
d.prerendering?d.addEventListener("prerenderingchange",view):view()})();
"""


def script(url: str, *, consent: bool, cookie: str, agreed: str) -> bytes:
    """The script for a site; ``url`` is where it sends."""
    return (
        _SCRIPT % {"url": url, "consent": int(consent), "cookie": cookie, "agreed": agreed}
    ).encode()
