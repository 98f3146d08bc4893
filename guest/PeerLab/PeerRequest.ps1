# What a request has to look like, and which machine it is meant for.
# Only definitions: this file is dot-sourced by PeerLab.psm1.

$script:EnvelopeField = @('contract', 'instance', 'guestFiles', 'userPassword')
$script:WantedField = @('peerName', 'friendlyName', 'exportedIdentity', 'exportPassword')
# The machine's own vmId, known after Assert-RequestedMachine; empty where it cannot tell.
$script:Instance = ''

function Test-SameInstance {
    <#
    .SYNOPSIS
    Whether two ids are one. Some firmware tables spell the first three fields in the other byte order.
    #>
    param([Parameter(Mandatory = $true)][guid]$One, [Parameter(Mandatory = $true)][guid]$Other)
    $bytes = $Other.ToByteArray()
    [Array]::Reverse($bytes, 0, 4)
    [Array]::Reverse($bytes, 4, 2)
    [Array]::Reverse($bytes, 6, 2)
    $swapped = New-Object -TypeName System.Guid -ArgumentList (, $bytes)
    return ($One -eq $Other -or $One -eq $swapped)
}

function Assert-RequestedMachine {
    <#
    .SYNOPSIS
    Refuses a request that is meant for another machine. A machine that cannot tell its own instance accepts.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $wanted = Get-TextField -Object $Request -Name 'instance' -Pattern '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' -Allowed 'the vmId of the machine'
    $own = Get-MachineInstance
    if (-not $own) {
        return
    }
    if (-not (Test-SameInstance -One $own -Other $wanted)) {
        throw (New-PeerFailure -Code 'WrongMachine' -Message ('This machine is the instance {0}, the request is for {1}.' -f $own, $wanted) -Hint 'Refresh the stack: the machine at this address was made anew or is another one.')
    }
    $script:Instance = $wanted.ToLowerInvariant()
}

function Get-RequestSecret {
    <#
    .SYNOPSIS
    The secret texts of a request, so that no error message repeats them.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $holders = @($Request)
    $section = Get-Field -Object $Request -Name 'identities'
    $holders += Get-Field -Object $section -Name 'wanted'
    foreach ($holder in $holders) {
        foreach ($name in @('exportPassword', 'exportedIdentity', 'userPassword')) {
            $value = Get-Field -Object $holder -Name $name
            if ($value -is [string] -and $value) {
                $value
            }
        }
    }
}

function Assert-IdentitySection {
    <#
    .SYNOPSIS
    Refuses an identities section that is not in the form of the contract.
    #>
    param([AllowNull()][object]$Section)
    Assert-KnownField -Object $Section -Path 'identities' -Allowed @('scope', 'exclusive', 'wanted')
    $null = Get-TextField -Object $Section -Name 'scope' -Path 'identities.scope' -Pattern '^peerlab:[^#]+$' -Allowed 'peerlab:<project>/<stack>/<person>'
    $exclusive = Get-Field -Object $Section -Name 'exclusive'
    if ($null -ne $exclusive -and $exclusive -isnot [bool]) {
        throw (New-RequestFailure -Path 'identities.exclusive' -Value $exclusive -Allowed 'true or false')
    }
    $wanted = Get-Field -Object $Section -Name 'wanted'
    if ($wanted -isnot [array]) {
        throw (New-RequestFailure -Path 'identities.wanted' -Value $wanted -Allowed 'a list')
    }
    for ($i = 0; $i -lt $wanted.Count; $i++) {
        $path = 'identities.wanted[{0}]' -f $i
        Assert-KnownField -Object $wanted[$i] -Path $path -Allowed $script:WantedField
        Assert-WantedIdentity -Wanted $wanted[$i] -Path ($path + '.')
    }
}
